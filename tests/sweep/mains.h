/* SPDX-License-Identifier: BSD-2-Clause */
/* What is called main in the programs: for tests that run them in a copy of
 * their own process. */
#ifndef MB_TESTS_SWEEP_MAINS_H
#define MB_TESTS_SWEEP_MAINS_H

int helper_main(void);			/* lib/helper_main.c */
int tool_main(int argc, char **argv);	/* tools/main.c */

#endif

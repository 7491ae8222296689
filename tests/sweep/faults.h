/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Make the n-th call of ours fail.  A program that is linked with
 * $(fault_wraps) comes here with every call that its own objects make, which
 * are the very objects that are installed; the libraries' own calls do not
 * (libcrypto, libcurl, jansson, libconfig are what they are).
 */
#ifndef MB_TESTS_SWEEP_FAULTS_H
#define MB_TESTS_SWEEP_FAULTS_H

#include <stdbool.h>

enum {
	FAULT_MEMORY = 1,	/* malloc, calloc, strdup, mmap, ... */
	FAULT_FILE = 2,		/* what writes: pwrite, fsync, renameat, ... */
	FAULT_ALLOCATE = 4,	/* posix_fallocate alone */
	FAULT_LOCK = 8,		/* fcntl(F_OFD_SETLK) alone */
	FAULT_RENAME = 16,	/* renameat alone */
	FAULT_PROCESS = 32,	/* clone, execve, pipe2, send, ... (with
				 * $(process_wraps)) */
};

/* Once, before anything: from now on it is one count for this process and all
 * its copies.  0 or -1. */
int faults_share(void);

/* From now on the n-th call of these kinds fails with err; n = 0: none, they
 * are counted; n = -1: every one. */
void faults_arm(unsigned int kinds, long n, int err);
/* The same, for the calls of this process and not of its copies or parents. */
void faults_arm_here(unsigned int kinds, long n, int err);
/* After arm: the n-th, and every one after it. */
void faults_last(void);
/* Number of such calls since. */
long faults_disarm(void);
/* Did one fail, and which? */
bool faults_struck(void);
const char *faults_name(void);

/* Remember what a number was when it struck (0 if it did not). */
void faults_watch(const int *number);
int faults_watched(void);

/* While what the test itself needs is done. */
void faults_pause(void);
void faults_resume(void);

/* For the calls that only some programs count. */
bool faults_strikes(unsigned int kind, const char *name);

/* Blocks allocated since faults_arm() and not given back. */
long faults_blocks(void);

#endif

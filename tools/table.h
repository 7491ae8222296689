/* SPDX-License-Identifier: BSD-2-Clause */
/* Columns on stdout, as wide on the screen as their widest cell. */
#ifndef MB_TOOLS_TABLE_H
#define MB_TOOLS_TABLE_H

#include <stddef.h>

#include "lib/err.h"
#include "tools/tool.h"

enum { MB_TABLE_COLUMNS = 6 };

struct mb_table {
	size_t ncolumns;
	char **cells;		/* rows one after the other, the heading first */
	size_t ncells, room;
};

/* One row: `table->ncolumns` strings, copied and made printable. */
int mb_table_row(struct mb_table *table, const char *const *cells,
		 struct mb_err *e);

/* Print (nothing with --json) and clear.  A cell of the column `state` is
 * coloured by what it says, where colour is on. */
void mb_table_print(const struct mb_tool *t, struct mb_table *table,
		    size_t state);
/* The same without keeping rows, of which there may be many: each widens the
 * columns, then each is printed. */
struct mb_table_rows {
	size_t ncolumns, state;
	size_t width[MB_TABLE_COLUMNS];
};
void mb_table_widen(struct mb_table_rows *rows, const char *const *cells);
void mb_table_line(const struct mb_tool *t, const struct mb_table_rows *rows,
		   const char *const *cells, bool head);

void mb_table_clear(struct mb_table *table);

#endif

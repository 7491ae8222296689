/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/escape.h"
#include "tools/table.h"

enum { CELL_MAX = 2100 };

int mb_table_row(struct mb_table *table, const char *const *cells,
		 struct mb_err *e)
{
	char text[CELL_MAX];
	size_t i;

	if (table->room - table->ncells < table->ncolumns) {
		size_t room = table->room ? 2 * table->room : 256;
		char **more = reallocarray(table->cells, room, sizeof(*more));

		if (!more)
			return mb_fail(e, MB_E_NOMEM, "list", "out of memory");
		table->cells = more;
		table->room = room;
	}
	for (i = 0; i < table->ncolumns; i++) {
		char *copy;

		(void)mb_escape(text, sizeof(text), cells[i],
				strlen(cells[i]));
		copy = strdup(text);
		if (!copy)
			return mb_fail(e, MB_E_NOMEM, "list", "out of memory");
		table->cells[table->ncells++] = copy;
	}
	return 0;
}

/* The word says it all; the colour only helps to find it. */
static const char *colour(const char *cell)
{
	if (!strcmp(cell, "ok"))
		return "\033" "[32m";
	if (!strcmp(cell, "soon") || !strncmp(cell, "retrying", 8))
		return "\033" "[33m";
	return "\033" "[31m";
}

static void widen(struct mb_table_rows *rows, size_t column, const char *cell)
{
	size_t w = mb_columns(cell);

	if (w > rows->width[column])
		rows->width[column] = w;
}

static void print_cell(const struct mb_tool *t,
		       const struct mb_table_rows *rows, size_t column,
		       const char *cell, bool head)
{
	bool last = column + 1 == rows->ncolumns;
	bool coloured = t->color && column == rows->state && !head;

	if (coloured)
		(void)fputs(colour(cell), stdout);
	(void)fputs(cell, stdout);
	if (coloured)
		(void)fputs("\033" "[0m", stdout);
	if (last)
		(void)putchar('\n');
	else
		(void)printf("%*s", (int)(rows->width[column] + 2 -
					  mb_columns(cell)), "");
}

void mb_table_widen(struct mb_table_rows *rows, const char *const *cells)
{
	char text[CELL_MAX];
	size_t i;

	for (i = 0; i < rows->ncolumns; i++) {
		(void)mb_escape(text, sizeof(text), cells[i],
				strlen(cells[i]));
		widen(rows, i, text);
	}
}

void mb_table_line(const struct mb_tool *t, const struct mb_table_rows *rows,
		   const char *const *cells, bool head)
{
	char text[CELL_MAX];
	size_t i;

	for (i = 0; i < rows->ncolumns; i++) {
		(void)mb_escape(text, sizeof(text), cells[i],
				strlen(cells[i]));
		print_cell(t, rows, i, text, head);
	}
}

void mb_table_print(const struct mb_tool *t, struct mb_table *table,
		    size_t state)
{
	struct mb_table_rows rows = { table->ncolumns, state, { 0 } };
	size_t i, n = t->json ? 0 : table->ncells;

	for (i = 0; i < n; i++)
		widen(&rows, i % rows.ncolumns, table->cells[i]);
	for (i = 0; i < n; i++)
		print_cell(t, &rows, i % rows.ncolumns, table->cells[i],
			   i < rows.ncolumns);
	mb_table_clear(table);
}

void mb_table_clear(struct mb_table *table)
{
	size_t i;

	for (i = 0; i < table->ncells; i++)
		free(table->cells[i]);
	free(table->cells);
	table->cells = NULL;
	table->ncells = table->room = 0;
}

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

static void print_cell(const struct mb_table *table, size_t i, size_t width,
		       bool coloured)
{
	const char *cell = table->cells[i];
	bool last = i % table->ncolumns == table->ncolumns - 1;
	size_t pad = last ? 0 : width + 2 - mb_columns(cell);

	if (coloured)
		(void)fputs(colour(cell), stdout);
	(void)fputs(cell, stdout);
	if (coloured)
		(void)fputs("\033" "[0m", stdout);
	while (pad-- > 0)
		(void)putchar(' ');
	if (last)
		(void)putchar('\n');
}

void mb_table_print(const struct mb_tool *t, struct mb_table *table,
		    size_t state)
{
	size_t width[MB_TABLE_COLUMNS] = { 0 };
	size_t i, c, w;

	for (i = 0; i < table->ncells; i++) {
		w = mb_columns(table->cells[i]);
		c = i % table->ncolumns;
		if (w > width[c])
			width[c] = w;
	}
	for (i = 0; !t->json && i < table->ncells; i++) {
		c = i % table->ncolumns;
		print_cell(table, i, width[c], t->color && c == state &&
			   i >= table->ncolumns);
	}
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

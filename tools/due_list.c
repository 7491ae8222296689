/* SPDX-License-Identifier: BSD-2-Clause */
/* Which accounts are due, and in which order. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "tools/due.h"

static bool idle(const struct mb_account *a, int64_t now, int64_t idle_s)
{
	return now - mb_accounts_used_at(a) >= idle_s;
}

static bool due(const struct mb_account *a, int64_t now, int64_t idle_s)
{
	return !a->token_of[0] && a->state != MB_STATE_BROKEN && a->may_ask &&
	       (!a->fresh || a->refused || idle(a, now, idle_s));
}

static int by_credential(const void *x, const void *y, void *list)
{
	const struct mb_due_task *s = x, *t = y;
	const struct mb_account *a = list;

	return strcmp(a[s->account].credential, a[t->account].credential);
}

static int compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* What fails again and again must not stand in the way of the others. */
static int by_urgency(const void *x, const void *y, void *list)
{
	const struct mb_due_task *s = x, *t = y;
	const struct mb_account *a = list;
	const struct mb_account *one = &a[s->account], *two = &a[t->account];
	int r = compare(one->attempts, two->attempts);

	if (r == 0)
		r = compare(one->expires_at, two->expires_at);
	return r ? r : compare((int64_t)s->account, (int64_t)t->account);
}

static void number_credentials(struct mb_account *a, struct mb_due_list *list)
{
	struct mb_due_task *t = list->tasks;
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (i == 0 || by_credential(&t[i - 1], &t[i], a))
			list->ncredentials++;
		t[i].credential = list->ncredentials - 1;
	}
}

int mb_due_list(const struct mb_accounts *a, int64_t now, int64_t idle_s,
		struct mb_due_list *out, struct mb_err *e)
{
	struct mb_due_list list = { 0 };
	size_t i, n = 0;

	for (i = 0; i < a->n; i++)
		n += due(&a->list[i], now, idle_s);
	list.tasks = calloc(n + 1, sizeof(*list.tasks));
	if (!list.tasks)
		return mb_fail(e, MB_E_NOMEM, "accounts", "out of memory");
	for (i = 0; i < a->n; i++) {
		const struct mb_account *one = &a->list[i];

		if (!due(one, now, idle_s))
			continue;
		list.tasks[list.n].force = one->fresh && !one->refused;
		list.tasks[list.n++].account = i;
	}
	qsort_r(list.tasks, list.n, sizeof(*list.tasks), by_credential,
		a->list);
	number_credentials(a->list, &list);
	qsort_r(list.tasks, list.n, sizeof(*list.tasks), by_urgency, a->list);
	*out = list;
	return 0;
}

void mb_due_clear(struct mb_due_list *list)
{
	free(list->tasks);
	memset(list, 0, sizeof(*list));
}

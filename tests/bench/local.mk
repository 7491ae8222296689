# SPDX-License-Identifier: BSD-2-Clause
# make bench: what everything costs, as a table.  make bench-baseline: the
# instructions of our own that ./bootstrap check compares with.
bench_programs = %D%/floor %D%/login %D%/login-tls %D%/pace %D%/sink %D%/stock
check_PROGRAMS += $(bench_programs)
%C%_floor_SOURCES = %D%/floor.c
%C%_floor_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)
%C%_floor_LDADD = $(CRYPTO_LIBS)
%C%_login_SOURCES = %D%/login.c
%C%_login_CPPFLAGS = $(AM_CPPFLAGS) $(SASL_CFLAGS)
%C%_login_LDADD = $(SASL_LIBS)
%C%_login_tls_SOURCES = %D%/login.c
%C%_login_tls_CPPFLAGS = $(AM_CPPFLAGS) $(SASL_CFLAGS) $(SSL_CFLAGS) -DBENCH_TLS
%C%_login_tls_LDADD = $(SASL_LIBS) $(SSL_LIBS)
%C%_pace_SOURCES = %D%/pace.c
%C%_sink_SOURCES = %D%/sink.c
%C%_stock_SOURCES = %D%/stock.c
%C%_stock_LDADD = $(ENGINE_LIBS) libtestpaths.la

# Where libsasl2 finds nothing else, and no .la.
check_LTLIBRARIES += %D%/empty.la
%C%_empty_la_SOURCES = %D%/empty.c
%C%_empty_la_CFLAGS = $(AM_CFLAGS) $(SASL_CFLAGS)
%C%_empty_la_LDFLAGS = $(mb_plugin_ldflags) -rpath /nowhere

EXTRA_DIST += %D%/run %D%/bed.sh %D%/rows.sh %D%/growth.sh %D%/postfix.sh \
	%D%/rows %D%/table.awk %D%/markdown.awk %D%/json.awk %D%/growth.awk %D%/split.awk \
	%D%/compare.awk %D%/accounts.gnuplot %D%/baseline %D%/baseline.tsv \
	%D%/quick.sh

bench_needs = $(bench_programs) %D%/empty.la tests/fake/tokend tests/stage/mailbearer tests/stage/mailbearer-full \
	tests/stage/mailbearer-refresh tests/stage/engine.la \
	tests/stage/http.la tests/stage/sasl2/libmailbearer.so

# BENCH="--quick --messages 500 --plugin-dir DIR": options of tests/bench/run
bench_run = srcdir='$(srcdir)' top_builddir='$(abs_top_builddir)'
# Not as prerequisites: beside "all", which is another make, they would be built
# twice at the same time by make -j.
bench: all
	$(MAKE) $(AM_MAKEFLAGS) $(bench_needs)
	$(bench_run) $(SHELL) $(srcdir)/%D%/run $(BENCH)
bench-baseline: all
	$(MAKE) $(AM_MAKEFLAGS) $(bench_needs)
	$(bench_run) $(SHELL) $(srcdir)/%D%/baseline --renew
bench-check: all
	$(MAKE) $(AM_MAKEFLAGS) $(bench_needs)
	$(bench_run) $(SHELL) $(srcdir)/%D%/baseline
.PHONY: bench bench-baseline bench-check

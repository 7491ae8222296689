# SPDX-License-Identifier: BSD-2-Clause
dist_pkgdata_DATA += %D%/providers.conf
dist_doc_DATA += %D%/credentials.conf.example

# Units and the line for cron, with the paths as configured.
mb_units = %D%/systemd/mailbearer-refresh.service %D%/systemd/mailbearer-refresh.timer
mb_user_units = %D%/systemd/user/mailbearer-refresh.service \
	%D%/systemd/user/mailbearer-refresh.timer
mb_generated = $(mb_units) $(mb_user_units) %D%/mailbearer.cron

if HAVE_SYSTEMDSYSTEMUNITDIR
systemdsystemunit_DATA = $(mb_units)
endif
if HAVE_SYSTEMDUSERUNITDIR
systemduserunit_DATA = $(mb_user_units)
endif
nodist_doc_DATA = %D%/mailbearer.cron

all-local: $(mb_generated)
CLEANFILES += $(mb_generated)
EXTRA_DIST += %D%/systemd/mailbearer-refresh.service.in \
	%D%/systemd/mailbearer-refresh.timer.in \
	%D%/systemd/user/mailbearer-refresh.service.in \
	%D%/systemd/user/mailbearer-refresh.timer.in \
	%D%/mailbearer.cron.in

# Completion for shells, from the tables of the tool.  Not when it was built for
# another machine: "mailbearer completion SHELL" prints the same there.
mb_completions = %D%/completion/mailbearer %D%/completion/_mailbearer \
	%D%/completion/mailbearer.fish
if CAN_RUN
nodist_bashcompletion_DATA = %D%/completion/mailbearer
nodist_zshcompletion_DATA = %D%/completion/_mailbearer
nodist_fishcompletion_DATA = %D%/completion/mailbearer.fish
endif
CLEANFILES += $(mb_completions)
mb_complete = $(AM_V_GEN)$(MKDIR_P) $(@D) && \
	./mailbearer-full$(EXEEXT) completion

%D%/completion/mailbearer: mailbearer-full$(EXEEXT)
	$(mb_complete) bash >$@.tmp && mv -f $@.tmp $@
%D%/completion/_mailbearer: mailbearer-full$(EXEEXT)
	$(mb_complete) zsh >$@.tmp && mv -f $@.tmp $@
%D%/completion/mailbearer.fish: mailbearer-full$(EXEEXT)
	$(mb_complete) fish >$@.tmp && mv -f $@.tmp $@

# systemd's own names begin with @ too: each is written out.  RuntimeDirectory=
# is below /run and nowhere else; another directory is made by the administrator,
# and the unit may write to it.
mb_fill = case '$(rundir)' in \
	/run/?*|/var/run/?*) drop='^ReadWritePaths=-.rundir[@]' ;; \
	*) drop='^RuntimeDirectory' ;; \
	esac; \
	$(SED) -e "/$$drop/d" -e 's|@rundir[@]|$(rundir)|g' \
	-e 's|@bindir[@]|$(bindir)|g' -e 's|@confdir[@]|$(confdir)|g' \
	-e 's|@statedir[@]|$(statedir)|g' -e 's|@service_user[@]|$(service_user)|g' \
	-e 's|@rundir_name[@]|'"`echo '$(rundir)' | $(SED) 's,^/\(var/\)*run/,,'`"'|g'

$(mb_generated): Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	$(mb_fill) $(top_srcdir)/$@.in >$@.tmp && mv -f $@.tmp $@

%D%/systemd/mailbearer-refresh.service: %D%/systemd/mailbearer-refresh.service.in
%D%/systemd/mailbearer-refresh.timer: %D%/systemd/mailbearer-refresh.timer.in
%D%/systemd/user/mailbearer-refresh.service: %D%/systemd/user/mailbearer-refresh.service.in
%D%/systemd/user/mailbearer-refresh.timer: %D%/systemd/user/mailbearer-refresh.timer.in
%D%/mailbearer.cron: %D%/mailbearer.cron.in

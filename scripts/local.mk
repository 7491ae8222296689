# SPDX-License-Identifier: BSD-2-Clause
# Checks that read the source only; each also runs alone, without arguments.
lint_checks = \
	%D%/check-layers \
	%D%/check-headers \
	%D%/check-banned \
	%D%/check-length \
	%D%/check-man

EXTRA_DIST += \
	.clang-format .editorconfig \
	$(lint_checks) \
	%D%/c-statements.awk \
	%D%/secret-str-callers

# The same checks, and proof that each of them can fail.
dist_check_SCRIPTS += %D%/lint-test.sh
TESTS += %D%/lint-test.sh

.PHONY: lint format
lint:
	@status=0; for check in $(lint_checks); do \
		echo "  LINT     $$check"; $(top_srcdir)/$$check || status=1; \
	done; exit $$status

# Formats the lines that differ from the last commit, and no others.
format:
	cd $(top_srcdir) && git clang-format --extensions c,h HEAD

# Looks at what was built, so not one of the checks of the source.
dist_check_SCRIPTS += %D%/check-exports
TESTS += scripts/check-exports

# SPDX-License-Identifier: BSD-2-Clause
# mdoc, written by hand; scripts/check-man compares them with the tool.
dist_man_MANS += \
	%D%/mailbearer.1 \
	%D%/mailbearer-credentials.5 \
	%D%/libmailbearer.7

dist_doc_DATA += doc/DESIGN.md doc/FORMAT.md doc/WALKS.md
EXTRA_DIST += doc/RELEASE.md

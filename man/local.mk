# SPDX-License-Identifier: BSD-2-Clause
# mdoc, written by hand; scripts/check-man compares them with the tool.

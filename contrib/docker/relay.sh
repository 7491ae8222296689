#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The container's one process: Postfix, set up for $ACCOUNTS (addresses that are
# enrolled, separated by blanks), and the refresh that a timer does elsewhere.
# $RELAY is needed where the provider is none of the built-in ones: smtp://HOST:587.
set -eu
: "${ACCOUNTS:?name the enrolled addresses to relay through}"
postconf -e "mynetworks=127.0.0.0/8 ${MYNETWORKS:-}"
# shellcheck disable=SC2086 # words wanted
mailbearer setup postfix $ACCOUNTS --apply ${RELAY:+--smtp "$RELAY"}
while :; do
	mailbearer --system refresh --due || :
	sleep 300
done &
exec postfix start-fg

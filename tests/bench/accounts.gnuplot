# SPDX-License-Identifier: BSD-2-Clause
# Cost against the number of accounts, from blocks of "ACCOUNTS COST" lines.
set terminal svg size 720,480 background rgb "white" font "sans,13"
set output picture
set logscale xy
set format x "%.0f"
set format y "%.0s %cs"
set xlabel "accounts in the store"
set ylabel "time"
set key top left
set grid
us = 1e-6
ms = 1e-3
plot data index 3 using 1:($2*ms) with linespoints pt 7 title "refresh --due, nothing due", \
	data index 2 using 1:($2*ms) with linespoints pt 7 title "list", \
	data index 1 using 1:($2*us) with linespoints pt 7 title "authentication, record from disk", \
	data index 0 using 1:($2*us) with linespoints pt 7 title "authentication, warm"

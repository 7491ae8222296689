rows_postfix() { leave_out "later" postfix; }

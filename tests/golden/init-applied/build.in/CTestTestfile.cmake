add_test(a true)

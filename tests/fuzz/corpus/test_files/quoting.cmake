add_test([=[a]]b]=] x)
add_test("q\"t\\ \t\$x" y)
add_test(un"quo ted" z)
include("inc/${CMAKE_CURRENT_LIST_DIR}.cmake")
subdirs(a;b "c/../d")
execute_process(COMMAND x)
#[[ open
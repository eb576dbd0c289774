# CMake generated Testfile for 
# Source directory: /source
# Build directory: /build
# 
# This file includes the relevant testing commands required for 
# testing this directory and lists subdirectories to be tested as well.
subdirs("sub")

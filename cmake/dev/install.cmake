# Installation: the program, the client library, the CMake functions, the package configuration. Relocatable: nothing holds the prefix.
# Not from within another project: what that one installs is its own.
if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()
include(CMakePackageConfigHelpers)

set(LOCKSTEP_INSTALL_CMAKEDIR "${CMAKE_INSTALL_LIBDIR}/cmake/Lockstep")
install(TARGETS lockstep lockstep_exec RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(TARGETS lockstep_client ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/tools/client/include/lockstep" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/cmake/" DESTINATION "${LOCKSTEP_INSTALL_CMAKEDIR}"
  FILES_MATCHING PATTERN "*.cmake" PATTERN "CMakeLists.txt" PATTERN "*.in" PATTERN "dev" EXCLUDE PATTERN "LockstepConfig.cmake.in" EXCLUDE)
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/LockstepConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/LockstepConfig.cmake"
  INSTALL_DESTINATION "${LOCKSTEP_INSTALL_CMAKEDIR}"
  PATH_VARS LOCKSTEP_INSTALL_CMAKEDIR CMAKE_INSTALL_BINDIR CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/LockstepConfigVersion.cmake"
  VERSION "${PROJECT_VERSION}" COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES "${PROJECT_BINARY_DIR}/LockstepConfig.cmake" "${PROJECT_BINARY_DIR}/LockstepConfigVersion.cmake"
  DESTINATION "${LOCKSTEP_INSTALL_CMAKEDIR}")
# For editors and for readers of what the program writes.
install(FILES "${PROJECT_SOURCE_DIR}/docs/reference/plan-file.schema.json" "${PROJECT_SOURCE_DIR}/docs/reference/schedule.schema.json"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/lockstep")

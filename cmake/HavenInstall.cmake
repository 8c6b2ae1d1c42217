# SPDX-License-Identifier: Apache-2.0
# find_package(haven) for users of the libraries: haven::base, haven::mm, ...
include(CMakePackageConfigHelpers)
set(haven_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/haven)
install(EXPORT haven-targets NAMESPACE haven:: DESTINATION ${haven_package_dir})
file(WRITE ${PROJECT_BINARY_DIR}/haven-config.cmake
  "include(\${CMAKE_CURRENT_LIST_DIR}/haven-targets.cmake)\n")
write_basic_package_version_file(${PROJECT_BINARY_DIR}/haven-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/haven-config.cmake
  ${PROJECT_BINARY_DIR}/haven-config-version.cmake DESTINATION ${haven_package_dir})

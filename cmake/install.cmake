# `cmake --install`: library, headers, the program, a CMake package and a pkg-config file.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/modcomm)

target_include_directories(modcomm PUBLIC $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
install(TARGETS modcomm EXPORT modcomm)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/modcomm
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
install(EXPORT modcomm NAMESPACE modcomm:: FILE modcommTargets.cmake DESTINATION ${package_dir})

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/modcommConfig.cmake.in
  ${PROJECT_BINARY_DIR}/package/modcommConfig.cmake
  INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/modcommConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${CMAKE_CURRENT_LIST_DIR}/Findre2.cmake
  ${PROJECT_BINARY_DIR}/package/modcommConfig.cmake
  ${PROJECT_BINARY_DIR}/package/modcommConfigVersion.cmake
  DESTINATION ${package_dir})

# A static library passes its own libraries on to whoever links it.
set(requires "simdjson re2 sqlite3")
set(requires_private "")
if(BUILD_SHARED_LIBS)
  set(requires "")
  set(requires_private "simdjson re2 sqlite3")
endif()
file(RELATIVE_PATH prefix_from_pkgconfig /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${CMAKE_CURRENT_LIST_DIR}/modcomm.pc.in ${PROJECT_BINARY_DIR}/package/modcomm.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/package/modcomm.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

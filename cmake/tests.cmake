# Test programs by file name: x_test.cpp runs always, x_threads_test.cpp under the thread sanitizer
# as well (label `threads`), x_long_test.cpp with `tools/test --long` only (label `long`).
# x_load_test.cpp is as x_threads_test.cpp, for as many seconds as MODCOMM_LOAD_SECONDS says.

find_package(GTest REQUIRED)
find_package(rapidcheck REQUIRED)
include(GoogleTest)

set(MODCOMM_LOAD_SECONDS "" CACHE STRING "Seconds of each load test; empty: 3, and 60 with sanitizers")
set(load_seconds 3)
if(MODCOMM_LOAD_SECONDS)
  set(load_seconds ${MODCOMM_LOAD_SECONDS})
elseif(MODCOMM_SANITIZE)
  set(load_seconds 60)
endif()
math(EXPR load_timeout "${load_seconds} + 300")

# `tools/test --sanitize thread` builds what this target names and nothing else.
add_custom_target(modcomm_threads_tests)

option(MODCOMM_BATCHED_TESTS "Compile several tests at a time: sooner built once, later each time" OFF)

# Further arguments: the sources.
function(modcomm_test_program target label timeout)
  add_executable(${target} ${ARGN})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${target} PRIVATE
    modcomm modcomm_flags simdjson::simdjson GTest::gmock_main rapidcheck)
  # What is tested is optimised; the tests take GCC longer to optimise than they take to run.
  target_compile_options(${target} PRIVATE -O0)
  # Two checks before each use of a pointer double GCC's time, and find in a test what a crash shows as well.
  if(MODCOMM_SANITIZE STREQUAL address)
    target_compile_options(${target} PRIVATE -fno-sanitize=null,alignment)
  endif()
  if(MODCOMM_BATCHED_TESTS)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
  endif()
  gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${label} TIMEOUT ${timeout}
    ENVIRONMENT MODCOMM_LOAD_SECONDS=${load_seconds})
endfunction()

# One program for each kind of test in `folder`; the plain ones get `name` as their label.
function(modcomm_tests name folder)
  file(GLOB plain CONFIGURE_DEPENDS ${folder}/*_test.cpp)
  foreach(kind IN ITEMS threads long load)
    set(${kind} ${plain})
    list(FILTER ${kind} INCLUDE REGEX "_${kind}_test\\.cpp$")
    list(FILTER plain EXCLUDE REGEX "_${kind}_test\\.cpp$")
  endforeach()
  if(plain)
    modcomm_test_program(${name}_test ${name} 300 ${plain})
  endif()
  if(long)
    modcomm_test_program(${name}_long_test long 300 ${long})
  endif()
  if(threads)
    modcomm_test_program(${name}_threads_test threads 300 ${threads})
    add_dependencies(modcomm_threads_tests ${name}_threads_test)
  endif()
  if(load)
    modcomm_test_program(${name}_load_test threads ${load_timeout} ${load})
    add_dependencies(modcomm_threads_tests ${name}_load_test)
  endif()
endfunction()

# Each public header must compile alone, and twice in one file.
function(modcomm_header_tests)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS
    RELATIVE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/include/*.hpp)
  set(sources "")
  foreach(header IN LISTS headers)
    string(REGEX REPLACE "\\.hpp$" ".cpp" name ${header})
    set(source ${PROJECT_BINARY_DIR}/headers/${name})
    file(CONFIGURE OUTPUT ${source} CONTENT "#include <${header}>\n#include <${header}>\n")
    list(APPEND sources ${source})
  endforeach()
  add_library(modcomm_headers OBJECT ${sources})
  target_link_libraries(modcomm_headers PRIVATE modcomm modcomm_flags)
  target_compile_options(modcomm_headers PRIVATE -O0)
endfunction()

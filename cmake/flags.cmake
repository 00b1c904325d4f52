# How our own code is compiled. Programs that use the library inherit none of this.

add_library(modcomm_flags INTERFACE)
target_compile_options(modcomm_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>  # GCC 12 warns of its own std::string (PR 105651)
  $<$<BOOL:${MODCOMM_WERROR}>:-Werror>)

set(sanitizers_address -fsanitize=address,undefined -fno-sanitize-recover=all)
set(sanitizers_thread -fsanitize=thread)
if(MODCOMM_SANITIZE)
  if(NOT DEFINED sanitizers_${MODCOMM_SANITIZE})
    message(FATAL_ERROR "MODCOMM_SANITIZE is '${MODCOMM_SANITIZE}'; it may be 'address' or 'thread'.")
  endif()
  target_compile_options(modcomm_flags INTERFACE
    ${sanitizers_${MODCOMM_SANITIZE}} -fno-omit-frame-pointer)
  target_link_options(modcomm_flags INTERFACE ${sanitizers_${MODCOMM_SANITIZE}})
endif()

if(MODCOMM_BUILD_FUZZERS)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "libFuzzer comes with clang: use `cmake --preset fuzz`.")
  endif()
  target_compile_options(modcomm_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(MODCOMM_COVERAGE)
  target_compile_options(modcomm_flags INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(modcomm_flags INTERFACE --coverage)
endif()

# ccache where it is there, unless another launcher was asked for.

find_program(MODCOMM_CCACHE ccache)
mark_as_advanced(MODCOMM_CCACHE)
if(MODCOMM_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  # ctest builds the consumers with an empty LC_ALL, which must not make other files of them.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=locale ${MODCOMM_CCACHE})
endif()

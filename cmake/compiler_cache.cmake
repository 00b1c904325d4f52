# ccache where it is there, unless another launcher was asked for.

find_program(MODCOMM_CCACHE ccache)
mark_as_advanced(MODCOMM_CCACHE)
if(MODCOMM_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${MODCOMM_CCACHE})
endif()

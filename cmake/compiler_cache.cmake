# ccache where it is there, unless another launcher was asked for. Clones of the same sources in several
# folders find what was compiled in one of them: their own paths do not count.

find_program(MODCOMM_CCACHE ccache)
mark_as_advanced(MODCOMM_CCACHE)
if(MODCOMM_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${MODCOMM_CCACHE})
endif()

# One target a floor, all of them together one library. Sources are found by name: x.cpp belongs
# to the floor, x_test.cpp and x_bench.cpp beside it do not.

find_package(Threads REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(simdjson REQUIRED)
find_package(re2 REQUIRED)
find_package(SQLite3 3.40 REQUIRED)
find_package(Boost 1.81 REQUIRED)

set_property(GLOBAL PROPERTY MODCOMM_FLOORS "")

# Hidden where the library is linked into one program; in a shared one libmodcomm.map says what shows.
function(modcomm_visibility target)
  if(NOT BUILD_SHARED_LIBS)
    set_target_properties(${target} PROPERTIES
      CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  endif()
endfunction()

set_source_files_properties(${PROJECT_SOURCE_DIR}/src/core/version.cpp PROPERTIES
  COMPILE_DEFINITIONS MODCOMM_VERSION="${PROJECT_VERSION}")

# A floor without sources yet gets no target.
function(modcomm_floor name)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "_(test|bench)\\.cpp$")
  if(NOT sources)
    return()
  endif()
  set(target modcomm_${name})
  add_library(${target} OBJECT ${sources})
  target_include_directories(${target}
    PUBLIC ${PROJECT_SOURCE_DIR}/include
    PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${target}
    PUBLIC nlohmann_json::nlohmann_json Boost::headers Threads::Threads
    PRIVATE simdjson::simdjson re2::re2 SQLite::SQLite3 modcomm_flags)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  modcomm_visibility(${target})
  set_property(GLOBAL APPEND PROPERTY MODCOMM_FLOORS ${name})
endfunction()

function(modcomm_library)
  get_property(floors GLOBAL PROPERTY MODCOMM_FLOORS)
  list(TRANSFORM floors REPLACE "(.+)" "$<TARGET_OBJECTS:modcomm_\\1>" OUTPUT_VARIABLE objects)
  add_library(modcomm ${objects})
  add_library(modcomm::modcomm ALIAS modcomm)
  target_compile_features(modcomm PUBLIC cxx_std_20)
  target_include_directories(modcomm PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>)
  target_link_libraries(modcomm
    PUBLIC nlohmann_json::nlohmann_json Boost::headers Threads::Threads
    PRIVATE simdjson::simdjson re2::re2 SQLite::SQLite3 $<BUILD_INTERFACE:modcomm_flags>)
  # Before 1.0 every minor version may change the ABI, so the soname carries it.
  set_target_properties(modcomm PROPERTIES
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  if(BUILD_SHARED_LIBS)
    set(map ${PROJECT_SOURCE_DIR}/cmake/libmodcomm.map)
    target_link_options(modcomm PRIVATE LINKER:--version-script=${map})
    set_target_properties(modcomm PROPERTIES LINK_DEPENDS ${map})
  endif()
endfunction()

# The libraries lamina stands on, gathered in one target: lamina::dependencies.
#
# Each is an installed package where there is one; else, with LAMINA_FETCH_DEPENDENCIES=ON, its sources through
# FetchContent; else an error that names the Debian package. Packages are looked up without a version, for
# xsimd and Catch2 call every other major version incompatible: any from Debian 12's on will do.
# The installed package of lamina includes this file too, so both look in the same way.
include(FetchContent)
option(LAMINA_FETCH_DEPENDENCIES "Download the libraries that lamina needs and that are not installed" OFF)

# lamina_find(<target> <package> <Debian package> <git repository> <tag> [<folder of its headers>])
# leaves <target>, or appends the Debian package to `lamina_missing`. A library that is headers only is
# fetched without running its own CMake code: the folder of its headers is all there is to it.
function(lamina_find target package debian repository tag)
  set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)
  if(NOT TARGET ${target})
    find_package(${package} QUIET)
  endif()
  if(NOT TARGET ${target} AND LAMINA_FETCH_DEPENDENCIES)
    message(STATUS "lamina: fetching ${package} ${tag} (not installed; Debian package ${debian})")
    set(shallow ON)
    if(tag MATCHES "^[0-9a-f]+$" AND NOT tag MATCHES "^[0-9]+$")
      set(shallow OFF)  # a commit without a tag can only be had with its history
    endif()
    if(ARGC GREATER 5)
      set(headers_only SOURCE_SUBDIR no-cmake-here)
    endif()
    FetchContent_Declare(${package} SYSTEM GIT_REPOSITORY ${repository} GIT_TAG ${tag} GIT_SHALLOW ${shallow}
                         ${headers_only})
    set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)  # lets these reach the options of older projects:
    set(BENCHMARK_ENABLE_TESTING OFF)
    set(BENCHMARK_ENABLE_INSTALL OFF)
    set(ZLIB_BUILD_EXAMPLES OFF)
    set(SKIP_INSTALL_ALL ON)
    FetchContent_MakeAvailable(${package})
    if(ARGC GREATER 5)
      string(TOLOWER ${package} name)
      add_library(${target} INTERFACE IMPORTED GLOBAL)
      target_include_directories(${target} INTERFACE ${${name}_SOURCE_DIR}/${ARGV5})
    elseif(package STREQUAL ZLIB)
      add_library(ZLIB::ZLIB ALIAS zlibstatic)
    endif()
  endif()
  if(NOT TARGET ${target})
    set(lamina_missing ${lamina_missing} ${debian} PARENT_SCOPE)
  endif()
endfunction()

set(lamina_missing "")
find_package(Threads REQUIRED)
lamina_find(Eigen3::Eigen Eigen3 libeigen3-dev https://gitlab.com/libeigen/eigen.git 3.4.0 .)
lamina_find(xsimd xsimd libxsimd-dev https://github.com/xtensor-stack/xsimd.git 13.2.0 include)
set(lamina_needed ${lamina_missing})

# What only some headers need: stb for pictures, JSON for safetensors, zlib for .gz. Those who use lamina may
# lack them, and must then leave these headers out; those who build its tests and examples may not.
# lamina_header(<target> <header> <suffixes>): a library that is headers without a CMake target of their own.
function(lamina_header target header)
  string(REGEX REPLACE ":.*" "" name ${target})
  string(TOUPPER LAMINA_${name}_INCLUDE_DIR dir)
  find_path(${dir} ${header} PATH_SUFFIXES ${ARGN})
  mark_as_advanced(${dir})
  if(${dir} AND NOT TARGET ${target})
    add_library(${target} INTERFACE IMPORTED GLOBAL)
    target_include_directories(${target} INTERFACE ${${dir}})
  endif()
endfunction()
lamina_header(stb::stb stb_image.h stb)
lamina_find(stb::stb stb libstb-dev https://github.com/nothings/stb.git
            31c1ad37456438565541f4919958214b6e762fb4 .)
lamina_header(rapidjson::rapidjson rapidjson/reader.h)
lamina_find(rapidjson::rapidjson RapidJSON rapidjson-dev https://github.com/Tencent/rapidjson.git
            24b5e7a8b27f42fa16b96fc70aade9106cf7102f include)
lamina_find(ZLIB::ZLIB ZLIB zlib1g-dev https://github.com/madler/zlib.git v1.3.1)

if(LAMINA_TESTS)
  lamina_find(Catch2::Catch2 Catch2 catch2 https://github.com/catchorg/Catch2.git v3.7.1)
endif()
if(LAMINA_BENCHMARKS)
  lamina_find(benchmark::benchmark benchmark libbenchmark-dev https://github.com/google/benchmark.git v1.9.4)
endif()
if(LAMINA_EXAMPLES OR LAMINA_BENCHMARKS)
  lamina_find(CLI11::CLI11 CLI11 libcli11-dev https://github.com/CLIUtils/CLI11.git v2.4.2 include)
endif()

if(LAMINA_TESTS OR LAMINA_BENCHMARKS OR LAMINA_EXAMPLES)
  set(lamina_needed ${lamina_missing})
endif()
list(JOIN lamina_missing " " lamina_missing)
if(lamina_needed)
  string(CONCAT lamina_NOT_FOUND_MESSAGE
         "lamina needs libraries that are not here.\n  Debian, Ubuntu: apt install ${lamina_missing}\n"
         "  anywhere: configure with -DLAMINA_FETCH_DEPENDENCIES=ON, which downloads them")
  if(NOT CMAKE_FIND_PACKAGE_NAME STREQUAL lamina)
    message(FATAL_ERROR "${lamina_NOT_FOUND_MESSAGE}")
  endif()
  set(lamina_FOUND FALSE)  # find_package(lamina) gives the message, or none if it is QUIET
  return()
elseif(lamina_missing)
  message(STATUS "lamina: some headers of io/ and data/ cannot be used without ${lamina_missing}")
endif()

if(NOT TARGET lamina::dependencies)
  add_library(lamina::dependencies INTERFACE IMPORTED GLOBAL)
  # The include path of xsimd rather than its target: Debian's links -lxtl, which does not exist.
  get_target_property(lamina_xsimd_include_dirs xsimd INTERFACE_INCLUDE_DIRECTORIES)
  target_include_directories(lamina::dependencies INTERFACE ${lamina_xsimd_include_dirs})
  target_link_libraries(lamina::dependencies INTERFACE Threads::Threads Eigen3::Eigen)
  foreach(lamina_target IN ITEMS stb::stb rapidjson::rapidjson ZLIB::ZLIB)
    if(TARGET ${lamina_target})
      target_link_libraries(lamina::dependencies INTERFACE ${lamina_target})
    endif()
  endforeach()
endif()

# How lamina's own code - tests, benchmarks, examples - is compiled: lamina_developer carries the flags.
# Dependencies are system headers to it, so that these warnings are about lamina alone.
set(lamina_default_march native)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  file(GLOB lamina_cpuinfo /proc/cpuinfo)
  if(lamina_cpuinfo)
    file(STRINGS ${lamina_cpuinfo} lamina_avx2 REGEX " avx2 " LIMIT_COUNT 1)
  endif()
  if(lamina_avx2)  # the same instructions on every machine of the last ten years: AVX2 and FMA
    set(lamina_default_march x86-64-v3)
  endif()
endif()
set(LAMINA_MARCH ${lamina_default_march} CACHE STRING "Instruction set of the tests, benchmarks and examples")
option(LAMINA_WARNINGS_AS_ERRORS "Stop at warnings in lamina's own code" ON)

add_library(lamina_developer INTERFACE)
target_link_libraries(lamina_developer INTERFACE lamina::lamina)
target_compile_options(lamina_developer INTERFACE
  -march=${LAMINA_MARCH} -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  $<$<BOOL:${LAMINA_WARNINGS_AS_ERRORS}>:-Werror>
  # GCC 12 mistakes "text" + std::string for overlapping memory from -O2 on (GCC bug 105651), and warns of the
  # undefined vectors that its own AVX-512 intrinsics begin with (105593).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict
    $<$<NOT:$<STREQUAL:${LAMINA_MARCH},x86-64-v3>>:-Wno-uninitialized -Wno-maybe-uninitialized>>)
set(CMAKE_CXX_EXTENSIONS OFF)

# The same flags for what calls the compiler by itself (compile_fail, compile_cost): `g++ @lamina_flags.txt`.
# They leave optimisation open. /usr/include must not be named: it would come before the compiler's own headers.
set(dirs $<FILTER:$<TARGET_PROPERTY:lamina::dependencies,INTERFACE_INCLUDE_DIRECTORIES>,EXCLUDE,^/usr/include$>)
set(options $<TARGET_PROPERTY:lamina_developer,INTERFACE_COMPILE_OPTIONS>)
file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/lamina_flags.txt CONTENT
"-std=c++20
$<JOIN:${options},\n>
-I\"${PROJECT_SOURCE_DIR}/include\"
-I\"${PROJECT_SOURCE_DIR}/tests\"
$<$<BOOL:${dirs}>:-isystem\"$<JOIN:${dirs},\"\n-isystem\">\"
>")

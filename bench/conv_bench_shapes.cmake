# Writes <build folder>/bench/conv_bench_shapes.hpp from the shape files: the problems of LAMINA_BENCH_SHAPES, which
# conv_bench instantiates its kernels for, and the text of every file in shapes/, which Google Benchmark is told of.
set(LAMINA_BENCH_SHAPES ${CMAKE_CURRENT_LIST_DIR}/shapes/classes.csv
    CACHE FILEPATH "File of the shapes that conv_bench is compiled for (columns as in bench/shapes/classes.csv)")

file(GLOB networks CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/shapes/*.csv)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${LAMINA_BENCH_SHAPES} ${networks})

# name,class,<14 numbers>,bwd
set(number "[0-9]+ *, *")
string(REPEAT ${number} 14 numbers)
set(LAMINA_COMPILED_PROBLEMS "")
file(STRINGS ${LAMINA_BENCH_SHAPES} rows)
foreach(row IN LISTS rows)
  if(row MATCHES "^(name,|#|$)")
    continue()
  endif()
  if(NOT row MATCHES "^[^,]*,[^,]*, *(${numbers})[01] *\r?$")
    message(FATAL_ERROR "${LAMINA_BENCH_SHAPES}: not name,class, 14 numbers and bwd: ${row}")
  endif()
  string(APPEND LAMINA_COMPILED_PROBLEMS "    problem_of({${CMAKE_MATCH_1}}),\n")
endforeach()
if(LAMINA_COMPILED_PROBLEMS STREQUAL "")
  message(FATAL_ERROR "${LAMINA_BENCH_SHAPES}: no shapes")
endif()

set(LAMINA_NETWORKS "")
foreach(network IN LISTS networks)
  cmake_path(GET network STEM name)
  file(READ ${network} rows)
  string(APPEND LAMINA_NETWORKS "    {\"${name}\", R\"csv(${rows})csv\"},\n")
endforeach()
configure_file(${CMAKE_CURRENT_LIST_DIR}/conv_bench_shapes.hpp.in conv_bench_shapes.hpp @ONLY)

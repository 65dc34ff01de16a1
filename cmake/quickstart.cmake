# cmake -P cmake/quickstart.cmake: trains a small network on the embedded data set, from a bare machine to test
# accuracy and pictures in build/release/quickstart/.
include(${CMAKE_CURRENT_LIST_DIR}/bootstrap.cmake)

install_packages(${packages})
build_release(OPTIONS -DLAMINA_TESTS=OFF -DLAMINA_BENCHMARKS=OFF -DLAMINA_WARNINGS_AS_ERRORS=OFF TARGETS quickstart)
run(${build}/examples/quickstart --pictures ${build}/quickstart)

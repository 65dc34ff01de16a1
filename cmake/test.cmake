# cmake -P cmake/test.cmake: builds and runs the whole test suite, from a bare machine.
include(${CMAKE_CURRENT_LIST_DIR}/bootstrap.cmake)

install_packages(${packages} catch2)
build_release(OPTIONS -DLAMINA_BENCHMARKS=OFF TARGETS all)
run(${CMAKE_CTEST_COMMAND} --test-dir ${build} --output-on-failure -j ${jobs})

# One test of tests/compile_fail: cmake -DCOMPILER=<c++> -DFLAGS=<file> -DCASE=<case.cpp> -P check.cmake
set(ENV{LC_ALL} C)  # plain quotes in the messages
set(command ${COMPILER} @${FLAGS} -fsyntax-only ${CASE})

execute_process(COMMAND ${command} RESULT_VARIABLE result ERROR_VARIABLE output)
if(result)
  message(FATAL_ERROR "The good twin of ${CASE} does not compile:\n${output}")
endif()

execute_process(COMMAND ${command} -DLAMINA_BAD RESULT_VARIABLE result ERROR_VARIABLE output)
if(NOT result)
  message(FATAL_ERROR "The bad code in ${CASE} compiles")
endif()

file(READ ${CASE} text)
set(expectations 0)
while(text MATCHES "// expect: ([^\n]*)\n(.*)")
  set(expected "${CMAKE_MATCH_1}")
  set(text "${CMAKE_MATCH_2}")
  math(EXPR expectations "${expectations} + 1")
  if(NOT output MATCHES "${expected}")
    message(FATAL_ERROR "The message for ${CASE} does not say: ${expected}\nIt says:\n${output}")
  endif()
endwhile()
if(expectations EQUAL 0)
  message(FATAL_ERROR "${CASE} has no line `// expect: ...`")
endif()

# find_package(lamina) gives lamina::lamina, and lamina::native for the instruction set of the machine at hand.
include(${CMAKE_CURRENT_LIST_DIR}/lamina_dependencies.cmake)
if(TARGET lamina::dependencies)
  include(${CMAKE_CURRENT_LIST_DIR}/laminaTargets.cmake)
endif()

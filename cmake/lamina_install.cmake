# Installs the headers and a package that find_package(lamina) finds. The package looks for the dependencies
# with the same file as this build, so nothing of this machine is written into it.
include(CMakePackageConfigHelpers)

set(lamina_package_dir share/cmake/lamina)
install(DIRECTORY include/lamina DESTINATION include FILES_MATCHING PATTERN *.hpp)
install(TARGETS lamina lamina_native EXPORT lamina)
install(EXPORT lamina NAMESPACE lamina:: FILE laminaTargets.cmake DESTINATION ${lamina_package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/laminaConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES cmake/laminaConfig.cmake cmake/lamina_dependencies.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/laminaConfigVersion.cmake
        DESTINATION ${lamina_package_dir})

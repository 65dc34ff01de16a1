// The safetensors format: tensors by name in one file, readable by PyTorch, JAX, numpy and others. Where to
// look: named_tensor.hpp for what a file holds, safetensors_writer.hpp for the format in words and
// write_safetensors, safetensors_reader.hpp for SafetensorsFile, checkpoint_match.hpp for putting a file into
// a model.
#pragma once

#include "lamina/io/named_tensor.hpp"
#include "lamina/io/safetensors_reader.hpp"
#include "lamina/io/safetensors_writer.hpp"

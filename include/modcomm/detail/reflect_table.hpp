// modcomm/detail/reflect_table.hpp -- makes the Shape of a type (reflect_shape.hpp).
#pragma once

#include <modcomm/detail/reflect_containers.hpp>
#include <modcomm/detail/reflect_described.hpp>
#include <modcomm/detail/reflect_values.hpp>

#!/bin/sh
# pkg_config.sh <compiler> <prefix> <work folder>: builds main.cpp by what pkg-config says, and runs it.
set -eu
compiler=$1 prefix=$2 work=$3
here=$(dirname "$0")

config=$(find "$prefix" -name modcomm.pc)
PKG_CONFIG_PATH=$(dirname "$config")
export PKG_CONFIG_PATH
mkdir -p "$work"
# shellcheck disable=SC2046  # a list of flags
"$compiler" -std=c++20 "$here/main.cpp" -o "$work/consumer" $(pkg-config --cflags --libs modcomm)
"$work/consumer"

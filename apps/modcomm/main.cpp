#include "program.hpp"

int main(int argc, char** argv) { return modcomm::program::run(argc, argv); }

// The program; the table of subcommands is commands/dispatch.cpp.
#include "commands/dispatch.hpp"

int main(int argc, char** argv) {
    return lockstep::dispatch(argc, argv);
}

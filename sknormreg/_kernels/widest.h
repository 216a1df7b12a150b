/* One binary for every x86-64 machine: glibc picks the widest version the processor has. */
#ifndef SKNORMREG_WIDEST_H
#define SKNORMREG_WIDEST_H

#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__)
#define WIDEST __attribute__((target_clones("arch=skylake-avx512", "arch=haswell", "default")))
#else
#define WIDEST
#endif

#endif

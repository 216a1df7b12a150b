/* One binary for every x86-64 machine: glibc picks the widest version the processor has.
 *
 * Features, and not arch=...: GCC asks for an architecture by its name, so a processor of any other name
 * would get the default.
 */
#ifndef SKNORMREG_WIDEST_H
#define SKNORMREG_WIDEST_H

#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__)
#define WIDEST __attribute__((target_clones("avx512f", "fma", "default")))
#else
#define WIDEST
#endif

#endif

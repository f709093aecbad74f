// SPDX-License-Identifier: Apache-2.0

// bcryptprimitives.dll for a Wine that has none. It has the one function that Go's
// runtime asks for, over RtlGenRandom, whose name in advapi32 is this number.

#include <stddef.h>

__declspec(dllimport) unsigned char __stdcall SystemFunction036(void *buffer, unsigned long length);

__declspec(dllexport) int __stdcall ProcessPrng(unsigned char *buffer, size_t length) {
  return SystemFunction036(buffer, length);
}

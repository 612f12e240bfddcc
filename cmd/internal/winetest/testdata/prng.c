/* ProcessPrng, which the Go runtime needs and the bcryptprimitives.dll of older versions of wine lacks. */
#include <windows.h>
#include <ntsecapi.h>
BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) { return RtlGenRandom(data, (ULONG)size); }

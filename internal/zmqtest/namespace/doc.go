// SPDX-License-Identifier: Apache-2.0

// Package namespace makes network namespaces whose packets a test carries, on Linux and as
// root. Elsewhere it is empty.
package namespace

// SPDX-License-Identifier: Apache-2.0

// Package browser proves that web pages are peers: the module in web and jszmq, in a real
// Chromium without a window, against sockets of this library; and it runs
// examples/browser, of which it keeps a picture in build/browser.
//
// Chromium is looked for as "chromium", which Debian's package of that name installs. The
// tests are skipped, loudly, where there is none. It is a module of its own so that what
// drives Chromium is no dependency of the others.
package browser

/* SPDX-License-Identifier: Apache-2.0 */

/* Once the home of the stopwatch and of the text of keys; now in zmq.h. */

#include "zmq.h"

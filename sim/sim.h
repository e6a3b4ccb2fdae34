// The simulator in one include, for programs outside of this tree (target playback::sim).
//
// docs/simulation.md ("Test a program of your own") and sim/example show how it is used.
#pragma once

#include "engine/io/clock.h"
#include "engine/io/io.h"
#include "engine/io/network.h"
#include "engine/io/task.h"
#include "engine/io/wait.h"
#include "sim/asio_stream.h"
#include "sim/disk.h"
#include "sim/fault_driver.h"
#include "sim/hunt.h"
#include "sim/node.h"
#include "sim/op_driver.h"
#include "sim/plan.h"
#include "sim/shrink/shrink.h"
#include "sim/world.h"

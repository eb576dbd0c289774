// All of Lockstep's client library but lockstep/gtest.hpp. Target Lockstep::client.
#pragma once

#include "lockstep/cleanup.hpp"
#include "lockstep/context.hpp"
#include "lockstep/error.hpp"
#include "lockstep/isolation.hpp"
#include "lockstep/limits.hpp"
#include "lockstep/locks.hpp"
#include "lockstep/services.hpp"

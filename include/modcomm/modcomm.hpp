// modcomm/modcomm.hpp -- everything but modcomm/testing.hpp.
#pragma once

#include <modcomm/bus.hpp>
#include <modcomm/call.hpp>
#include <modcomm/call_context.hpp>
#include <modcomm/channel.hpp>
#include <modcomm/clock.hpp>
#include <modcomm/error.hpp>
#include <modcomm/executor.hpp>
#include <modcomm/glob.hpp>
#include <modcomm/histogram.hpp>
#include <modcomm/id.hpp>
#include <modcomm/message.hpp>
#include <modcomm/module.hpp>
#include <modcomm/name.hpp>
#include <modcomm/notice.hpp>
#include <modcomm/operation.hpp>
#include <modcomm/parking.hpp>
#include <modcomm/payload.hpp>
#include <modcomm/reflect.hpp>
#include <modcomm/resilience.hpp>
#include <modcomm/result.hpp>
#include <modcomm/schema.hpp>
#include <modcomm/subscription.hpp>
#include <modcomm/value.hpp>
#include <modcomm/version.hpp>

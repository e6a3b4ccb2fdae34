// Io: the world as one core of a node sees it, as a bundle of references.
#pragma once

#include <string_view>

#include "engine/io/executor.h"

namespace playback::io {

class Clock;
class ContainerHosts;
class Cores;
class Entropy;
class FaultPoints;
class Log;
class Metrics;
class Network;
class Offload;
class PasswordHasher;
class Store;
class TokenSigner;

// The process that the node is.
class Process {
public:
    virtual ~Process() = default;
    // The node cannot go on (a failed fsync): say why, and end the process without another write.
    // Returns, since the simulator ends the node after the step; callers then do nothing more.
    virtual void die(std::string_view reason) = 0;
};

// The message bus and the coordinator join here with the cluster.
struct Io {
    Executor executor;
    Clock& clock;
    Entropy& entropy;
    Network& network;
    Store& store;
    Cores& cores;
    ContainerHosts& containers;
    Offload& offload;
    PasswordHasher& passwords;
    TokenSigner& tokens;
    Log& log;
    Metrics& metrics;
    FaultPoints& faults;
    Process& process;
};

}  // namespace playback::io

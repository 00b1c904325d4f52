#include <array>

#include "verb.hpp"

namespace modcomm::program {
namespace {

constexpr std::array<Verb, 7> table{{
    {.name = "consumer",
     .summary = "List, move and remove the durable consumers of a store",
     .examples = "  modcomm consumer list --store events\n"
                 "  modcomm consumer seek --store events billing 2h        # once more\n"
                 "  modcomm consumer remove --store events billing --yes\n",
     .prepare = prepare_consumer},
    {.name = "demo",
     .summary = "Run a lab of real commands and watch its modules talk",
     .examples = "  modcomm demo                                # the lab at hand\n"
                 "  modcomm demo --lab backup.toml              # a lab of yours\n"
                 "  modcomm demo --repo ../other --commits 20   # another repository\n"
                 "  modcomm demo --config mine.toml             # edit it while the lab runs\n"
                 "  modcomm demo --json | jq .passed            # one JSON document at the end\n"
                 "  modcomm demo --replay                       # the last run, told again\n",
     .prepare = prepare_demo},
    {.name = "event",
     .summary = "List, export, import and clear the events of a store",
     .examples =
         "  modcomm event list --store events --name 'Lab*' --since 2h\n"
         "  modcomm event export --store events --format csv -o lab.csv\n"
         "  modcomm event export --store events | jq .name\n"
         "  modcomm event import --store copy lab.csv --dry-run   # is all of it readable?\n"
         "  modcomm event clear --store events --until 720h --yes\n",
     .prepare = prepare_event},
    {.name = "letter",
     .summary = "List, show, redrive and purge the dead letters of a store",
     .examples = "  modcomm letter list --store events --consumer billing\n"
                 "  modcomm letter show --store events 17 --json | jq .data\n"
                 "  modcomm letter redrive --store events --consumer billing --rate 10\n"
                 "  modcomm letter purge --store events --until 720h --dry-run\n",
     .prepare = prepare_letter},
    {.name = "store",
     .summary = "Look into the folder of a store of events",
     .examples =
         "  modcomm store verify /var/lib/lab/events     # every byte, and what is damaged\n"
         "  modcomm store dump /var/lib/lab/events       # every event, a line of JSON each\n"
         "  modcomm store dump events --from 1000 | jq .name\n",
     .prepare = prepare_store},
    {.name = "version",
     .summary = "Say which version this is",
     .examples = "  modcomm version\n"
                 "  modcomm version --json\n",
     .prepare = prepare_version},
    {.name = "demo-service",
     .summary = "Play the flaky inventory of the demo on loopback; prints its port",
     .examples =
         "  modcomm demo-service ok unavailable hang ok   # the last word stands for the rest\n",
     .prepare = prepare_demo_service,
     .internal = true},
}};

}  // namespace

std::span<const Verb> verbs() noexcept { return table; }

}  // namespace modcomm::program

#include "scenarios/actors/clerk.h"

#include "engine/wire/json_reader.h"
#include "engine/wire/json_writer.h"
#include "scenarios/actors/words.h"

namespace playback::scenarios {
namespace {

// A call that was lost may have been heard; one whose status is an internal error, too.
NameOutcome outcome_of(const Result<HttpAnswer>& answer) {
    if (!answer)
        return answer.error().code == Errc::unknown_outcome ? NameOutcome::unknown
                                                            : NameOutcome::refused;
    if (answer->ok()) return NameOutcome::done;
    return answer->status >= 500 ? NameOutcome::unknown : NameOutcome::refused;
}

std::uint64_t id_in(std::string_view body, std::string_view member) {
    std::uint64_t id = 0;
    wire::JsonReader in(body);
    in.object([&](std::string_view name) {
        if (name == member) id = in.id();
    });
    return id;
}

}  // namespace

Clerk::Clerk(const io::Io& io, ClerkOptions options, Observer& observer)
    : io_(io),
      options_(std::move(options)),
      observer_(observer),
      http_(io_, options_.target),
      signal_(io_.clock),
      support_{"support", options_.support_user, options_.support_password, {}, {}},
      studio_{"developer", options_.developer, options_.developer_password, {}, {}} {
}

io::Task<void> Clerk::work() {
    while (!is_stopped_) {
        if (orders_.empty()) {
            co_await signal_.wait();
            continue;
        }
        Order order = std::move(orders_.front());
        orders_.pop_front();
        co_await obey(std::move(order));
    }
}

void Clerk::order(Task task, std::string name, std::uint64_t nth) {
    orders_.push_back({task, std::move(name), nth});
    signal_.notify_all();
}

void Clerk::stop() {
    is_stopped_ = true;
    signal_.notify_all();
}

io::Task<void> Clerk::obey(Order order) {
    if (order.task == Task::publish) {
        co_await publish();
        co_return;
    }
    if (order.task == Task::roll_back) {
        co_await roll_back(order.nth);
        co_return;
    }
    const bool is_about_deployments = order.task >= Task::deploy;
    if (is_about_deployments && options_.stage.empty()) co_return;
    const std::uint64_t deployment = is_about_deployments ? options_.deployment(order.nth) : 0;
    if (order.task == Task::deploy) {
        co_await deploy();
    } else if (is_about_deployments && deployment == 0) {
        co_return;  // none was deployed yet
    } else if (order.task == Task::inspect) {
        co_await inspect(deployment);
    } else if (order.task == Task::withdraw) {
        co_await withdraw(deployment);
    } else if (order.task == Task::hire) {
        co_await hire();
    } else if (developer_ == 0) {
        co_return;  // nobody to name, try or dismiss
    } else if (order.task == Task::name) {
        co_await give_name(std::move(order.name));
    } else if (order.task == Task::visit) {
        co_await visit(std::move(order.name));
    } else {
        co_await dismiss();
    }
}

io::Task<void> Clerk::hire() {
    Result<HttpAnswer> answer = co_await call(&support_, "support", "create-developer", "{}");
    if (!answer || !answer->ok()) co_return;
    std::uint64_t developer = 0;
    std::string password;
    wire::JsonReader in(answer->body);
    in.object([&](std::string_view name) {
        if (name == "user_id")
            developer = in.id();
        else if (name == "password")
            password = in.string();
    });
    developer_ = developer;
    password_ = std::move(password);
    names_.clear();
    lost_dismissals_.clear();
}

io::Task<void> Clerk::give_name(std::string name) {
    const std::uint64_t developer = developer_;
    std::string body;
    wire::JsonWriter out(body);
    out.object().key("developer_user_id").id(developer).key("alias").string(name).end_object();
    names_.insert(name);
    const Instant left = observer_.moment();
    observer_.name_called(NameDeed::grant, name, developer, left, NameOutcome::unknown);
    for (const Instant when : lost_dismissals_)
        observer_.name_called(NameDeed::dismiss, name, developer, when, NameOutcome::unknown);
    Result<HttpAnswer> answer =
        co_await call(&support_, "support", "create-developer-alias", std::move(body));
    observer_.name_called(NameDeed::grant, name, developer, left, outcome_of(answer));
}

// By the name, with the password of the developer hired last: is it his?
io::Task<void> Clerk::visit(std::string name) {
    const std::uint64_t developer = developer_;
    std::string body;
    wire::JsonWriter out(body);
    out.object().key("user").string(name).key("password").string(password_).end_object();
    const Instant left = observer_.moment();
    Result<HttpAnswer> answer =
        co_await call(nullptr, "developer", "create-token", std::move(body));
    NameOutcome outcome = outcome_of(answer);
    const bool is_no = answer && (answer->status == 401 || answer->status == 404);
    if (outcome == NameOutcome::refused && !is_no) outcome = NameOutcome::unknown;
    observer_.name_called(NameDeed::enter, name, developer, left, outcome);
}

io::Task<void> Clerk::dismiss() {
    const std::uint64_t developer = developer_;
    const std::set<std::string> names = names_;
    std::string body;
    wire::JsonWriter out(body);
    out.object().key("user").string(std::to_string(developer)).end_object();
    const Instant left = observer_.moment();
    for (const std::string& name : names)
        observer_.name_called(NameDeed::dismiss, name, developer, left, NameOutcome::unknown);
    Result<HttpAnswer> answer =
        co_await call(&support_, "support", "delete-developer", std::move(body));
    const NameOutcome outcome = outcome_of(answer);
    if (outcome == NameOutcome::unknown) lost_dismissals_.push_back(left);
    for (const std::string& name : names)
        observer_.name_called(NameDeed::dismiss, name, developer, left, outcome);
}

// Without lobbies that wait for players: it opens no runtime.
io::Task<void> Clerk::deploy() {
    std::string body;
    wire::JsonWriter out(body);
    out.object().key("tenant").string(options_.tenant).key("project").string(options_.project);
    out.key("stage").string(options_.stage).key("version_id").string(options_.version);
    out.key("config").object().key("version").string("V1").key("min_lobbies").integer(0);
    out.key("max_lobbies").integer(1).key("lobby").object().key("max_assignments").integer(1);
    out.end_object().end_object().end_object();
    const Instant left = observer_.moment();
    observer_.deployment_called(DeploymentDeed::open, 0, left, NameOutcome::unknown);
    Result<HttpAnswer> answer =
        co_await call(&studio_, "developer", "create-deployment", std::move(body));
    const NameOutcome outcome = outcome_of(answer);
    const bool is_done = outcome == NameOutcome::done;
    const std::uint64_t id = is_done ? id_in(answer->body, "deployment_id") : 0;
    if (outcome != NameOutcome::unknown)
        observer_.deployment_called(DeploymentDeed::open, id, left, outcome);
}

io::Task<void> Clerk::inspect(std::uint64_t deployment) {
    std::string body;
    wire::JsonWriter out(body);
    out.object().key("deployment_id").id(deployment).end_object();
    const Instant left = observer_.moment();
    Result<HttpAnswer> answer =
        co_await call(&studio_, "developer", "get-deployment-details", std::move(body));
    if (!answer) co_return;
    if (answer->status == 404) observer_.deployment_seen(deployment, left, DeploymentSeen::absent);
    if (!answer->ok()) co_return;
    std::string status;
    wire::JsonReader in(answer->body);
    in.object([&](std::string_view name) {
        if (name != "deployment") return;
        in.object([&](std::string_view member) {
            if (member == "status") status = in.string();
        });
    });
    const bool is_open = status == "CREATED";
    observer_.deployment_seen(
        deployment, left, is_open ? DeploymentSeen::open : DeploymentSeen::closed);
}

// One that is not there is as good as seen to be gone.
io::Task<void> Clerk::withdraw(std::uint64_t deployment) {
    std::string body;
    wire::JsonWriter out(body);
    out.object().key("deployment_id").id(deployment).end_object();
    const Instant left = observer_.moment();
    observer_.deployment_called(DeploymentDeed::remove, deployment, left, NameOutcome::unknown);
    Result<HttpAnswer> answer =
        co_await call(&studio_, "developer", "delete-deployment", std::move(body));
    const NameOutcome outcome = outcome_of(answer);
    if (outcome != NameOutcome::unknown)
        observer_.deployment_called(DeploymentDeed::remove, deployment, left, outcome);
    if (answer && answer->status == 404)
        observer_.deployment_seen(deployment, left, DeploymentSeen::absent);
}

io::Task<void> Clerk::publish() {
    if (options_.play_stage.empty()) co_return;
    std::string body;
    wire::JsonWriter out(body);
    out.object().key("tenant").string(options_.tenant).key("project").string(options_.project);
    out.key("config").raw(JsonText::trusted(options_.version_config)).end_object();
    Result<HttpAnswer> answer =
        co_await call(&studio_, "developer", "create-version", std::move(body));
    const std::uint64_t version = answer && answer->ok() ? id_in(answer->body, "version_id") : 0;
    if (version == 0) co_return;
    std::string image;
    wire::JsonWriter of_image(image);
    of_image.object().key("tenant").string(options_.tenant).key("project");
    of_image.string(options_.project).key("version").string(std::to_string(version));
    of_image.key("qualifier").string("UNIVERSAL").key("image").string(options_.image).end_object();
    answer = co_await call(&studio_, "developer", "create-image", std::move(image));
    if (!answer || !answer->ok()) co_return;
    versions_.push_back(version);
    co_await roll_out(version);
}

io::Task<void> Clerk::roll_back(std::uint64_t nth) {
    if (nth >= versions_.size()) co_return;
    co_await roll_out(versions_[versions_.size() - 1 - nth]);
}

io::Task<void> Clerk::roll_out(std::uint64_t version) {
    std::string body;
    wire::JsonWriter out(body);
    out.object().key("tenant").string(options_.tenant).key("project").string(options_.project);
    out.key("stage").string(options_.play_stage).key("version_id").id(version);
    out.key("config").raw(JsonText::trusted(options_.deployment_config)).end_object();
    const Instant left = observer_.moment();
    observer_.rolled_out(version, 0, left, NameOutcome::unknown);
    Result<HttpAnswer> answer =
        co_await call(&studio_, "developer", "create-deployment", std::move(body));
    const NameOutcome outcome = outcome_of(answer);
    if (outcome == NameOutcome::unknown) co_return;
    const bool is_done = outcome == NameOutcome::done;
    const std::uint64_t deployment = is_done ? id_in(answer->body, "deployment_id") : 0;
    observer_.rolled_out(version, deployment, left, outcome);
}

io::Task<bool> Clerk::log_in(Login& login) {
    if (!login.token.empty()) co_return true;
    std::string body;
    wire::JsonWriter out(body);
    out.object().key("user").string(login.user).key("password").string(login.password);
    out.end_object();
    login.token_at = observer_.moment();
    Result<HttpAnswer> answer = co_await call(nullptr, login.role, "create-token", std::move(body));
    if (!answer || !answer->ok()) co_return false;
    wire::JsonReader in(answer->body);
    in.object([&](std::string_view name) {
        if (name == "raw_token") login.token = in.string();
    });
    co_return !login.token.empty();
}

io::Task<Result<HttpAnswer>> Clerk::call(Login* login,
                                         std::string_view role,
                                         std::string_view method,
                                         std::string body) {
    if (login != nullptr) {
        const bool is_in = co_await log_in(*login);
        if (!is_in) co_return Error{Errc::refused, "the desk cannot log in"};
    }
    HttpCall call;
    call.path = path_of(role, method);
    if (login != nullptr) call.token = login->token;
    call.body = std::move(body);
    call.patience = options_.patience;
    const Instant left = observer_.moment();
    Result<HttpAnswer> answer = co_await http_.call(std::move(call));
    observer_.called(method, answer ? answer->status : 0);
    const std::string caller = "clerk " + std::to_string(options_.number);
    CallSeen seen;
    seen.caller = caller;
    seen.method = method;
    seen.left = left;
    seen.has_token = login != nullptr;
    if (login != nullptr) seen.token_at = login->token_at;
    show_answer(answer, seen);
    observer_.call_seen(seen);
    if (answer && login != nullptr && answer->status == 401) login->token.clear();
    co_return answer;
}

}  // namespace playback::scenarios

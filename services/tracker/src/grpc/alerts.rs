mod create_metric_rule;
mod create_rule;
mod delete_metric_rule;
mod delete_rule;
mod get_metric_rule;
mod get_rule;
mod list_metric_rules;
mod list_rules;
mod may_write_rules;
mod rule;
mod update_rule;

use patchbay_proto::tracker::alerts_server::Alerts;
use patchbay_proto::tracker::{
    CreateMetricRuleRequest, CreateRuleRequest, DeleteMetricRuleRequest, DeleteMetricRuleResponse,
    DeleteRuleRequest, DeleteRuleResponse, GetMetricRuleRequest, GetRuleRequest, ListMetricRulesRequest,
    ListMetricRulesResponse, ListRulesRequest, ListRulesResponse, MayWriteRulesRequest,
    MayWriteRulesResponse, MetricRule, Rule, UpdateRuleRequest,
};

use crate::context::Context;

patchbay_rpc::unary! {
    impl Alerts for Context {
        may_write_rules(MayWriteRulesRequest) -> MayWriteRulesResponse;
        create_rule(CreateRuleRequest) -> Rule;
        get_rule(GetRuleRequest) -> Rule;
        list_rules(ListRulesRequest) -> ListRulesResponse;
        update_rule(UpdateRuleRequest) -> Rule;
        delete_rule(DeleteRuleRequest) -> DeleteRuleResponse;
        create_metric_rule(CreateMetricRuleRequest) -> MetricRule;
        get_metric_rule(GetMetricRuleRequest) -> MetricRule;
        list_metric_rules(ListMetricRulesRequest) -> ListMetricRulesResponse;
        delete_metric_rule(DeleteMetricRuleRequest) -> DeleteMetricRuleResponse;
    }
}

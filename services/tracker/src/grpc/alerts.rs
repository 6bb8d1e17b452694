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
use tonic::{Request, Response, Status};

use super::answer;
use crate::tracker::Tracker;

#[tonic::async_trait]
impl Alerts for Tracker {
    async fn may_write_rules(
        &self,
        request: Request<MayWriteRulesRequest>,
    ) -> Result<Response<MayWriteRulesResponse>, Status> {
        answer(request, |caller, asked| may_write_rules::may_write_rules(self, caller, asked)).await
    }

    async fn create_rule(&self, request: Request<CreateRuleRequest>) -> Result<Response<Rule>, Status> {
        answer(request, |caller, asked| create_rule::create_rule(self, caller, asked)).await
    }

    async fn get_rule(&self, request: Request<GetRuleRequest>) -> Result<Response<Rule>, Status> {
        answer(request, |caller, asked| get_rule::get_rule(self, caller, asked)).await
    }

    async fn list_rules(
        &self,
        request: Request<ListRulesRequest>,
    ) -> Result<Response<ListRulesResponse>, Status> {
        answer(request, |caller, asked| list_rules::list_rules(self, caller, asked)).await
    }

    async fn update_rule(&self, request: Request<UpdateRuleRequest>) -> Result<Response<Rule>, Status> {
        answer(request, |caller, asked| update_rule::update_rule(self, caller, asked)).await
    }

    async fn delete_rule(
        &self,
        request: Request<DeleteRuleRequest>,
    ) -> Result<Response<DeleteRuleResponse>, Status> {
        answer(request, |caller, asked| delete_rule::delete_rule(self, caller, asked)).await
    }

    async fn create_metric_rule(
        &self,
        request: Request<CreateMetricRuleRequest>,
    ) -> Result<Response<MetricRule>, Status> {
        answer(request, |caller, asked| create_metric_rule::create_metric_rule(self, caller, asked)).await
    }

    async fn get_metric_rule(
        &self,
        request: Request<GetMetricRuleRequest>,
    ) -> Result<Response<MetricRule>, Status> {
        answer(request, |caller, asked| get_metric_rule::get_metric_rule(self, caller, asked)).await
    }

    async fn list_metric_rules(
        &self,
        request: Request<ListMetricRulesRequest>,
    ) -> Result<Response<ListMetricRulesResponse>, Status> {
        answer(request, |caller, asked| list_metric_rules::list_metric_rules(self, caller, asked)).await
    }

    async fn delete_metric_rule(
        &self,
        request: Request<DeleteMetricRuleRequest>,
    ) -> Result<Response<DeleteMetricRuleResponse>, Status> {
        answer(request, |caller, asked| delete_metric_rule::delete_metric_rule(self, caller, asked)).await
    }
}

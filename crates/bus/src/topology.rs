//! The exchanges and queues. Their names are spelled only here.

/// A destination for published messages; each has an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Events, from the outboxes of the services. The key is the type of the event (`issue.created`).
    Events,
    /// One message per event and installation that asked for it.
    Deliveries,
    /// Audit entries, from the outboxes of the services. The key is the event of the entry
    /// (`SENTRY_APP_INSTALL`).
    Audit,
    /// Changes of issues that trackers outside follow, from the outbox of the tracker. The key is what changed (`assignee`).
    IssueChanges,
}

/// A source of messages to consume: a durable queue with a dead letter queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Queue {
    /// All events, for event-fanout, which matches them with subscriptions.
    EventFanout,
    /// All deliveries, for webhook-sender.
    WebhookSender,
    /// All audit entries, for the tracker, which stores the audit log.
    Tracker,
    /// All changes of issues, for issue-sync.
    IssueSync,
}

impl Topic {
    /// All topics, in the order of their discriminants.
    pub(crate) const ALL: [Self; 4] = [Self::Events, Self::Deliveries, Self::Audit, Self::IssueChanges];

    /// The name of the topic, as stored in outbox rows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Deliveries => "deliveries",
            Self::Audit => "audit",
            Self::IssueChanges => "issue-changes",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.name() == name)
    }

    /// The queue that this topic feeds. Each topic has one consuming service.
    pub fn queue(self) -> Queue {
        match self {
            Self::Events => Queue::EventFanout,
            Self::Deliveries => Queue::WebhookSender,
            Self::Audit => Queue::Tracker,
            Self::IssueChanges => Queue::IssueSync,
        }
    }
}

impl Queue {
    /// The name of the queue without a prefix: the consuming service, then the content.
    pub fn name(self) -> &'static str {
        match self {
            Self::EventFanout => "patchbay.event-fanout.events",
            Self::WebhookSender => "patchbay.webhook-sender.deliveries",
            Self::Tracker => "patchbay.tracker.audit",
            Self::IssueSync => "patchbay.issue-sync.issue-changes",
        }
    }
}

/// The names on the broker, with the prefix.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    prefix: String,
}

impl Names {
    pub(crate) fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned() }
    }

    pub(crate) fn exchange(&self, topic: Topic) -> String {
        format!("{}patchbay.{}", self.prefix, topic.name())
    }

    pub(crate) fn queue(&self, queue: Queue) -> String {
        format!("{}{}", self.prefix, queue.name())
    }

    pub(crate) fn dead_letter_queue(&self, queue: Queue) -> String {
        format!("{}.dead", self.queue(queue))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_found_by_its_name_and_by_its_position() {
        for (position, topic) in Topic::ALL.into_iter().enumerate() {
            assert_eq!(Topic::from_name(topic.name()), Some(topic));
            assert_eq!(topic as usize, position);
        }
        assert_eq!(Topic::from_name("patchbay.events"), None);
    }

    #[test]
    fn names_carry_the_prefix_and_dead_letter_queues_stand_beside_their_queue() {
        let names = Names::new("t1.");
        assert_eq!(names.exchange(Topic::Events), "t1.patchbay.events");
        assert_eq!(names.queue(Topic::Events.queue()), "t1.patchbay.event-fanout.events");
        assert_eq!(
            names.dead_letter_queue(Queue::WebhookSender),
            "t1.patchbay.webhook-sender.deliveries.dead"
        );
    }
}

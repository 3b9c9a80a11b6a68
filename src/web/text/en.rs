//! English

use super::{Message, Text, logout};

pub(super) const TEXT: Text = Text {
    lang: "en",
    brand: "dingpass sign-in",
    home: Message {
        title: "Sign-in service",
        lead: "Applications bring you here to confirm with DingTalk who you are, and take you back.",
        advice: "Start from the application that you want to use; there is nothing else to do here.",
    },
    choose_title: "Choose how to sign in",
    choose_lead: ("to continue to “", "”"),
    try_again: "Try again",
    other_account: "Use another account",
    back_to: ("Back to “", "”"),
    to_start: "To the start page",
    contact: "Need help? Ask: ",
    details: "Details (for an administrator)",
    reference: "Reference",
    cause: "Cause",
    call: "Call",
    upstream_code: "DingTalk code",
    upstream_request: "DingTalk request id",
    permission: "Missing permission",
    our_address: "Our address",
    apply: "Apply for it in DingTalk's console",
    not_found: Message {
        title: "No such page",
        lead: "The address that you opened does not exist here.",
        advice: "Please start again from the application that you want to use.",
    },
    logout: logout::ENGLISH,
    missing_client: Message {
        title: "Sign-in can't start",
        lead: "The request does not say which application it comes from (client_id is missing).",
        advice: "Start again from the application. If this comes back, give the reference to its administrator.",
    },
    unknown_client: Message {
        title: "Unknown application",
        lead: "The application that sent you is not registered here (no such client_id).",
        advice: "Give the reference to the application's administrator, who should check the client_id.",
    },
    missing_redirect: Message {
        title: "Sign-in can't start",
        lead: "The request does not say where to take you back to (redirect_uri is missing).",
        advice: "Start again from the application. If this comes back, give the reference to its administrator.",
    },
    unregistered_redirect: Message {
        title: "Unregistered return address",
        lead: "The address that the application wants you taken back to is not registered (redirect_uri must be exactly the registered one). Sign-in was stopped for your safety.",
        advice: "Give the reference to the application's administrator, who should compare scheme, host, port and path.",
    },
    unreadable: Message {
        title: "The request can't be read",
        lead: "It has parameters that are repeated, too many or not readable.",
        advice: "Start again from the application. If this comes back, give the reference to its administrator.",
    },
    flow_lost: Message {
        title: "This sign-in is no longer valid",
        lead: "It took too long, or was opened in another browser, or the browser did not keep its cookies.",
        advice: "Go back to the application and start again. Never send anyone a link from the middle of a sign-in.",
    },
    already_done: Message {
        title: "This sign-in is complete",
        lead: "You are signed in already; this page was only opened again.",
        advice: "Go back to the application.",
    },
    unknown_upstream: Message {
        title: "No such way to sign in",
        lead: "The way to sign in that you chose is not set up here.",
        advice: "Go back to the application and start again.",
    },
    denied: Message {
        title: "You cancelled the sign-in",
        lead: "You did not agree on DingTalk's page. The application learned nothing about you.",
        advice: "If that was a slip, sign in again, with this account or another one.",
    },
    not_a_member: Message {
        title: "You are not a member of this organisation",
        lead: "DingTalk knows your account, but it is not in this organisation's directory (or no longer, or not yet).",
        advice: "If you have several DingTalk accounts, use another one; else ask an administrator to add you.",
    },
    external_contact: Message {
        title: "External contacts can't sign in",
        lead: "You are an external contact of this organisation; only its employees can sign in.",
        advice: "If you have several DingTalk accounts, use another one; else ask an administrator.",
    },
    other_organisation: Message {
        title: "Choose this organisation",
        lead: "You chose another organisation on DingTalk's page, or you don't belong to this one.",
        advice: "Try again, and choose this organisation there.",
    },
    person_disabled: Message {
        title: "Your account is disabled",
        lead: "Your account is disabled in DingTalk's directory.",
        advice: "Ask an administrator.",
    },
    blocked: Message {
        title: "You can't sign in here",
        lead: "An administrator has blocked your sign-in.",
        advice: "If you think that is wrong, ask an administrator.",
    },
    wrong_person: Message {
        title: "Not the same person",
        lead: "The application is waiting for another account than the one that you signed in with.",
        advice: "Switch back to that account, or go back to the application.",
    },
    timing: Message {
        title: "This sign-in attempt has expired",
        lead: "DingTalk's answer was used already or came too late; each one is good for one use.",
        advice: "Just try again. Nothing in the application is lost.",
    },
    upstream_down: Message {
        title: "DingTalk is not answering",
        lead: "DingTalk gave no usable answer in time. Applications that you are signed in to go on working.",
        advice: "Wait a moment and try again. Nothing in the application is lost.",
    },
    throttled: Message {
        title: "Too many people are signing in",
        lead: "DingTalk limits how many sign-ins it takes at once.",
        advice: "Wait a few seconds and try again.",
    },
    quota_spent: Message {
        title: "The quota of DingTalk calls is used up",
        lead: "This organisation has used up its DingTalk calls of this month. You can't mend that yourself.",
        advice: "Send the details below to an administrator; with a larger quota, try again.",
    },
    outside_range: Message {
        title: "The application can't see you",
        lead: "You are outside the range that this DingTalk application may see.",
        advice: "Ask an administrator to set the application's permission range to all employees.",
    },
    permission_missing: Message {
        title: "A DingTalk permission is missing",
        lead: "The DingTalk application of this service lacks a permission. You can't mend that yourself.",
        advice: "Send the details below to an administrator; once the permission is granted, try again.",
    },
    set_up: Message {
        title: "The sign-in service is set up wrong",
        lead: "DingTalk refused the request of this service. You can't mend that yourself.",
        advice: "Send the details below to an administrator.",
    },
    broken: Message {
        title: "The sign-in service has a problem",
        lead: "This sign-in could not be stored; nothing has changed.",
        advice: "Wait a moment and try again. If this comes back, give the reference to an administrator.",
    },
};

//! What the pages of a logout say, in each language.

use super::Message;
use crate::protocol::logout::LogoutFault;

/// The texts of one language.
pub(in crate::web) struct LogoutText {
    pub(in crate::web) confirm: Message,
    /// Around the client's name.
    pub(in crate::web) asks: (&'static str, &'static str),
    /// Around the person's name.
    pub(in crate::web) person: (&'static str, &'static str),
    pub(in crate::web) button: &'static str,
    pub(in crate::web) stay: &'static str,
    pub(in crate::web) done: Message,
    pub(in crate::web) telling: &'static str,
    pub(in crate::web) broken: Message,
    unreadable: Message,
    bad_hint: Message,
    client_mismatch: Message,
    unknown_client: Message,
    unregistered_address: Message,
    form: Message,
}

impl LogoutText {
    /// The words for a fault.
    pub(in crate::web) const fn fault(&self, fault: LogoutFault) -> &Message {
        match fault {
            LogoutFault::Unreadable => &self.unreadable,
            LogoutFault::BadHint => &self.bad_hint,
            LogoutFault::ClientMismatch => &self.client_mismatch,
            LogoutFault::UnknownClient => &self.unknown_client,
            LogoutFault::UnregisteredAddress => &self.unregistered_address,
            LogoutFault::Form => &self.form,
        }
    }
}

pub(super) const CHINESE: LogoutText = LogoutText {
    confirm: Message {
        title: "要退出登录吗？",
        lead: "您即将退出登录。",
        advice: "退出后，这个浏览器里的统一登录会结束，支持统一退出的应用也会一起退出。",
    },
    asks: ("「", "」请求退出登录。"),
    person: ("当前登录的是「", "」。"),
    button: "退出登录",
    stay: "保持登录",
    done: Message {
        title: "您已退出登录",
        lead: "这个浏览器里的统一登录已经结束。",
        advice: "下次登录会再次经过钉钉。如果这是公用电脑，请把钉钉网页也退出，或者关闭浏览器。",
    },
    telling: "正在通知您打开过的应用，马上就好。",
    broken: Message {
        title: "没能退出登录",
        lead: "我们没能保存这次退出，您仍然是登录状态。",
        advice: "请稍等片刻再退出一次；如果仍然出现，请把编号告诉管理员。",
    },
    unreadable: Message {
        title: "无法读懂退出请求",
        lead: "其中有重复的、过多的或无法识别的参数。",
        advice: "请从应用重新退出；如果仍然出现，请把编号告诉该应用的管理员。",
    },
    bad_hint: Message {
        title: "无法确认是谁请求退出",
        lead: "应用给出的凭据（id_token_hint）不是这里签发的。",
        advice: "请从应用重新退出；如果仍然出现，请把编号告诉该应用的管理员。",
    },
    client_mismatch: Message {
        title: "退出请求前后矛盾",
        lead: "client_id 与 id_token_hint 不属于同一个应用。",
        advice: "请把编号告诉该应用的管理员。",
    },
    unknown_client: Message {
        title: "未登记的应用",
        lead: "请求退出的应用没有在这里登记。",
        advice: "请把编号告诉该应用的管理员，请他核对 client_id。",
    },
    unregistered_address: Message {
        title: "返回地址未登记",
        lead: "应用要求退出后返回的地址没有登记（post_logout_redirect_uri 必须与登记的完全一致），所以退出后您会留在这里。",
        advice: "请把编号告诉该应用的管理员，请他核对协议、域名、端口和路径。",
    },
    form: Message {
        title: "这个页面已经失效",
        lead: "它不是为现在的登录准备的，或者不是从这里打开的。",
        advice: "请从应用重新退出。",
    },
};

pub(super) const ENGLISH: LogoutText = LogoutText {
    confirm: Message {
        title: "Sign out?",
        lead: "You are about to sign out.",
        advice: "This ends your sign-in in this browser. Applications that support it are signed out with it.",
    },
    asks: ("“", "” asks to sign you out."),
    person: ("You are signed in as “", "”."),
    button: "Sign out",
    stay: "Stay signed in",
    done: Message {
        title: "You are signed out",
        lead: "Your sign-in in this browser has ended.",
        advice: "The next sign-in passes through DingTalk again. On a shared computer, sign out of DingTalk's own page too, or close the browser.",
    },
    telling: "Telling the applications that you had open; this takes a moment.",
    broken: Message {
        title: "You could not be signed out",
        lead: "We could not store it, so you are still signed in.",
        advice: "Wait a moment and sign out again. If this comes back, give the reference to an administrator.",
    },
    unreadable: Message {
        title: "The request can't be read",
        lead: "It has parameters that are repeated, too many or not readable.",
        advice: "Sign out from the application again. If this comes back, give the reference to its administrator.",
    },
    bad_hint: Message {
        title: "It is not clear who asks",
        lead: "What the application presented (id_token_hint) was not issued here.",
        advice: "Sign out from the application again. If this comes back, give the reference to its administrator.",
    },
    client_mismatch: Message {
        title: "The request contradicts itself",
        lead: "client_id and id_token_hint belong to different applications.",
        advice: "Give the reference to the application's administrator.",
    },
    unknown_client: Message {
        title: "Unknown application",
        lead: "The application that asks is not registered here.",
        advice: "Give the reference to the application's administrator, who should check the client_id.",
    },
    unregistered_address: Message {
        title: "Unregistered return address",
        lead: "The address that the application wants you taken to is not registered (post_logout_redirect_uri must be exactly the registered one), so you will stay here.",
        advice: "Give the reference to the application's administrator, who should compare scheme, host, port and path.",
    },
    form: Message {
        title: "This page is no longer valid",
        lead: "It was not made for this sign-in, or not opened from here.",
        advice: "Sign out from the application again.",
    },
};

//! 简体中文

use super::{Message, Text, logout};

pub(super) const TEXT: Text = Text {
    lang: "zh-CN",
    brand: "dingpass 统一登录",
    home: Message {
        title: "统一登录服务",
        lead: "应用会把您带到这里，用钉钉确认您的身份，再带您回去。",
        advice: "请从您要使用的应用开始登录；这里没有其他需要您操作的内容。",
    },
    choose_title: "选择登录方式",
    choose_lead: ("登录后将继续访问「", "」"),
    try_again: "重试",
    other_account: "换一个账号",
    back_to: ("返回「", "」"),
    to_start: "返回首页",
    contact: "需要帮助？请联系：",
    details: "详细信息（供管理员排查）",
    reference: "编号",
    cause: "原因",
    call: "接口",
    upstream_code: "钉钉错误码",
    upstream_request: "钉钉请求编号",
    permission: "缺少的权限",
    our_address: "本服务的出口 IP",
    apply: "去钉钉开放平台申请",
    not_found: Message {
        title: "没有这个页面",
        lead: "您打开的地址不存在。",
        advice: "请从您要使用的应用重新开始登录。",
    },
    logout: logout::CHINESE,
    missing_client: Message {
        title: "无法开始登录",
        lead: "登录请求里没有说明来自哪个应用（缺少 client_id）。",
        advice: "请从应用重新开始登录；如果仍然出现，请把编号告诉该应用的管理员。",
    },
    unknown_client: Message {
        title: "未登记的应用",
        lead: "发起登录的应用没有在这里登记（client_id 不存在）。",
        advice: "请把编号告诉该应用的管理员，请他核对应用里填写的 client_id。",
    },
    missing_redirect: Message {
        title: "无法开始登录",
        lead: "登录请求里没有回调地址（缺少 redirect_uri）。",
        advice: "请从应用重新开始登录；如果仍然出现，请把编号告诉该应用的管理员。",
    },
    unregistered_redirect: Message {
        title: "回调地址未登记",
        lead: "应用要求把您带回的地址没有登记（redirect_uri 必须与登记的完全一致）。为了您的安全，登录已停止。",
        advice: "请把编号告诉该应用的管理员，请他核对协议、域名、端口和路径。",
    },
    unreadable: Message {
        title: "无法读懂登录请求",
        lead: "登录请求里有重复的、过多的或无法识别的参数。",
        advice: "请从应用重新开始登录；如果仍然出现，请把编号告诉该应用的管理员。",
    },
    flow_lost: Message {
        title: "这次登录已经失效",
        lead: "可能停留得太久，或者换了浏览器，或者浏览器没有保存 Cookie。",
        advice: "请回到应用，重新开始登录。请不要把登录过程中的链接发给别人。",
    },
    already_done: Message {
        title: "这次登录已经完成",
        lead: "您已经登录过了，这个页面只是被重新打开。",
        advice: "请回到应用继续使用。",
    },
    unknown_upstream: Message {
        title: "没有这种登录方式",
        lead: "这里没有配置您选择的登录方式。",
        advice: "请回到应用，重新开始登录。",
    },
    denied: Message {
        title: "您取消了登录",
        lead: "您在钉钉里没有同意这次登录，应用没有得到您的任何信息。",
        advice: "如果是误点，可以再登录一次，或者换一个账号。",
    },
    not_a_member: Message {
        title: "您不是本组织的成员",
        lead: "钉钉确认了您的账号，但您不在本组织的通讯录里（或者已经离开、尚未加入）。",
        advice: "如果您有多个钉钉账号，请换一个；否则请联系管理员把您加入组织。",
    },
    external_contact: Message {
        title: "外部联系人不能登录",
        lead: "您在本组织的通讯录里是外部联系人，只有内部员工可以登录。",
        advice: "如果您有多个钉钉账号，请换一个；否则请联系管理员。",
    },
    other_organisation: Message {
        title: "请选择本组织",
        lead: "您在钉钉里选择了另一个组织，或者不属于本组织。",
        advice: "请重试，并在钉钉里选择本组织。",
    },
    person_disabled: Message {
        title: "您的账号已停用",
        lead: "钉钉通讯录里您的账号处于停用状态。",
        advice: "请联系管理员。",
    },
    blocked: Message {
        title: "您不能在这里登录",
        lead: "管理员停用了您在这里的登录。",
        advice: "如果您认为有误，请联系管理员。",
    },
    wrong_person: Message {
        title: "登录的不是同一个人",
        lead: "应用等待的是另一个账号，而您用别的账号登录了。",
        advice: "请换回原来的账号，或者返回应用。",
    },
    timing: Message {
        title: "这次扫码已经过期",
        lead: "钉钉给出的登录凭证已经用过或者过期了，每个凭证只能用一次。",
        advice: "重试一次即可，您在应用里的内容不会丢失。",
    },
    upstream_down: Message {
        title: "暂时联系不上钉钉",
        lead: "钉钉没有及时回答。已经登录的应用不受影响。",
        advice: "请稍等片刻再重试，您在应用里的内容不会丢失。",
    },
    throttled: Message {
        title: "现在登录的人太多",
        lead: "钉钉限制了短时间内的登录次数。",
        advice: "请等几秒钟再重试。",
    },
    quota_spent: Message {
        title: "钉钉接口调用量已用完",
        lead: "本组织这个月的钉钉接口调用量用完了，您无法自己解决。",
        advice: "请把下面的详细信息发给管理员：升级或增购调用量后即可重试。",
    },
    outside_range: Message {
        title: "应用看不到您的信息",
        lead: "您不在该钉钉应用的授权范围内。",
        advice: "请联系管理员，在钉钉开放平台把应用的权限范围设为全部员工。",
    },
    permission_missing: Message {
        title: "钉钉应用缺少权限",
        lead: "登录服务的钉钉应用还没有开通所需的权限，您无法自己解决。",
        advice: "请把下面的详细信息发给管理员：开通权限后即可重试。",
    },
    set_up: Message {
        title: "登录服务配置有误",
        lead: "钉钉拒绝了登录服务的请求，您无法自己解决。",
        advice: "请把下面的详细信息发给管理员。",
    },
    broken: Message {
        title: "登录服务出了问题",
        lead: "我们没能保存这次登录，您的操作没有产生任何影响。",
        advice: "请稍等片刻再重试；如果仍然出现，请把编号告诉管理员。",
    },
};
